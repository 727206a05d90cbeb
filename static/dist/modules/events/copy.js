$h["events/copy"]=({target:t},e,a)=>a.on("copy",c=>{let r=a.match(c,t,!1);r&&e({facts:{characters:String(a.r.getSelection()).length},element:r.element})});
