$h["dataElements/build"]=({get:t},{q:a})=>a[t];
