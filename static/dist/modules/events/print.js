$h["events/print"]=(e,f,{on:n})=>n("beforeprint",()=>f({facts:{}}));
