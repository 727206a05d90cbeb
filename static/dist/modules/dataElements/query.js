$h["dataElements/query"]=({name:a},{z:e})=>e.location().searchParams.get(a);
