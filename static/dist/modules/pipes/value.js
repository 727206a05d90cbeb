$h["pipes/value"]=(e,h,{Q:l})=>(e=>!!e&&1===e.nodeType)(e)?l.value(e):e;
