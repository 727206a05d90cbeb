$h["dataElements/variable"]=({name:a},{je:e})=>e.get(a);
