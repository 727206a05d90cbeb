(()=>{var e=({name:o},{cookie:t})=>t(o);$h["dataElements/cookie"]=e;})();
