$h["parts/variables"]=({on:e})=>{let t=new Map,a=new Map;return e("@route",()=>a.clear()),{$:{get:e=>(a.has(e)?a:t).get(e),set:(e,n,r)=>{a.delete(e),(r?a:t).set(e,n)}}}};
