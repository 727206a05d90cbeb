$h["pipes/value"]=(e,h,{le:l})=>(e=>!!e&&1===e.nodeType)(e)?l.value(e):e;
