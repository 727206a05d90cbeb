$h["pipes/value"]=(e,h,{X:l})=>(e=>!!e&&1===e.nodeType)(e)?l.value(e):e;
