$h["dataElements/query"]=({name:a},{Z:e})=>e.location().searchParams.get(a);
