$h["pipes/text"]=(e,t,{le:f,ce:h})=>(e=>!!e&&1===e.nodeType)(e)?f.text(e):h(e);
