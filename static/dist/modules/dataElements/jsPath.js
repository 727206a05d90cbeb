(()=>{var t=({path:e},{at:a,root:m})=>a(m,e);$h["dataElements/jsPath"]=t;})();
