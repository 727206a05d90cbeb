$h["dataElements/lastLink"]=({get:t},{at:a})=>a()[t];
