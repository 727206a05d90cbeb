$h["dataElements/lastLink"]=({get:t},{Se:a})=>a()[t];
