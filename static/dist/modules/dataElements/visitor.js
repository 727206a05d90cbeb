$h["dataElements/visitor"]=({get:i},{ii:s})=>s()[i];
