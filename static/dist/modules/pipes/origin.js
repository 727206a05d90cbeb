$h["pipes/origin"]=(e,a,{Z:g})=>new URL(e,g.url()).origin;
