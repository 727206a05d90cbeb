$h["dataElements/variable"]=({name:a},{ke:e})=>e.get(a);
