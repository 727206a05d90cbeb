$h["pipes/text"]=(e,t,{Q:f,ee:h})=>(e=>!!e&&1===e.nodeType)(e)?f.text(e):h(e);
