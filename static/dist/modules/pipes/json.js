$h["pipes/json"]=n=>JSON.stringify(n,function(n){return this[n]});
