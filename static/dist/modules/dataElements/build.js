$h["dataElements/build"]=({get:t},{Oe:a})=>a[t];
