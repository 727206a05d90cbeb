$h["dataElements/dom"]=({selector:e,get:t="text"},{document:l,le:n})=>{let r=l.querySelector(e);if(r)return"@"===t[0]?n.ae(r,t.slice(1)):"value"===t?n.value(r):n.text(r)};
