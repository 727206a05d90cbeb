$h["dataElements/visitor"]=({get:i},{visits:s})=>s()[i];
