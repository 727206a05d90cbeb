$h["dataElements/variable"]=({name:a},{$:e})=>e.get(a);
