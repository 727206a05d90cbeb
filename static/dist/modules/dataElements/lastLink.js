$h["dataElements/lastLink"]=({get:t},{lastLink:a})=>a()[t];
