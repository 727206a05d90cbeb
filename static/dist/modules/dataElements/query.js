$h["dataElements/query"]=({name:a},{ne:e})=>e.location().searchParams.get(a);
