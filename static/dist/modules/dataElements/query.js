(()=>{var e=({name:a},{page:t})=>t.location().searchParams.get(a);$h["dataElements/query"]=e;})();
