$h["pipes/origin"]=(e,a,{re:g})=>new URL(e,g.url()).origin;
