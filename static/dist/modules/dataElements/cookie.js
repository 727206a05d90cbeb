$h["dataElements/cookie"]=({name:e},{cookie:o})=>o(e);
