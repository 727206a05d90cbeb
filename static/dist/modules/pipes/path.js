$h["pipes/path"]=(e,a,{Z:g})=>new URL(e,g.url()).pathname;
