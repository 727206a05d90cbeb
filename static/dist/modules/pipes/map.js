(()=>{var c=Function.prototype.call.bind(Object.prototype.hasOwnProperty);$h["pipes/map"]=(n,[t])=>t[c(t,n)?n:"*"]})();
