$h["dataElements/build"]=({get:t},{tt:a})=>a[t];
