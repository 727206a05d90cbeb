$h["dataElements/visitor"]=({get:i},{$e:s})=>s()[i];
