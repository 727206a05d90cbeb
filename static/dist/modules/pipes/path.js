$h["pipes/path"]=(e,a,{z:g})=>new URL(e,g.url()).pathname;
