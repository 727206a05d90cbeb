$h["pipes/text"]=(e,t,{X:f,oe:h})=>(e=>!!e&&1===e.nodeType)(e)?f.text(e):h(e);
