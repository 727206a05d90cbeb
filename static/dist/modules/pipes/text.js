$h["pipes/text"]=(e,t,{ie:f,de:h})=>(e=>!!e&&1===e.nodeType)(e)?f.text(e):h(e);
