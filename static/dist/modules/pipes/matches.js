$h["pipes/matches"]=(h,[$])=>(h=>!!h&&1===h.nodeType)(h)&&h.matches($);
