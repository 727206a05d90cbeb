(()=>{var a=({name:t},{page:o})=>{var e;return(e=o.location())==null?void 0:e.searchParams.get(t)};$h["dataElements/query"]=a;})();
