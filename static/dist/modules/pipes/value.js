$h["pipes/value"]=(e,h,{ie:l})=>(e=>!!e&&1===e.nodeType)(e)?l.value(e):e;
