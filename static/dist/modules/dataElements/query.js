$h["dataElements/query"]=({name:a},{re:e})=>e.location().searchParams.get(a);
