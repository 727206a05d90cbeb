$h["pipes/max"]=(f,[d],{ee:t})=>t(f).slice(0,d).replace(/[\ud800-\udbff]$/,"");
