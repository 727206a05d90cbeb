$h["pipes/path"]=(e,a,{re:g})=>new URL(e,g.url()).pathname;
