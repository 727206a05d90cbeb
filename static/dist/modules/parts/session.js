$h["parts/session"]=({x:e,o:t})=>({de:()=>{let o=e.now()-(t.get("touched")||0),u=o>18e5;return u&&t.set("session",null),o>1e4&&t.set("touched",e.now()),u}});
