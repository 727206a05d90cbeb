$h["pipes/max"]=(f,[d],{ce:t})=>t(f).slice(0,d).replace(/[\ud800-\udbff]$/,"");
