$h["pipes/origin"]=(e,a,{ne:g})=>new URL(e,g.url()).origin;
