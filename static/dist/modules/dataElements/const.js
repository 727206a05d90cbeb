(()=>{var t=({value:e})=>e;$h["dataElements/const"]=t;})();
