$h["dataElements/variable"]=({name:a},{be:e})=>e.get(a);
