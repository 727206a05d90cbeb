$h["pipes/origin"]=(e,a,{z:g})=>new URL(e,g.url()).origin;
