$h["dataElements/visitor"]=({get:i},{je:s})=>s()[i];
