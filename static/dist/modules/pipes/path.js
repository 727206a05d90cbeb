$h["pipes/path"]=(e,a,{ne:g})=>new URL(e,g.url()).pathname;
