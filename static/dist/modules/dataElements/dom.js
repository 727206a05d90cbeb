$h["dataElements/dom"]=({selector:e,get:t="text"},{document:l,ie:n})=>{let r=l.querySelector(e);if(r)return"@"===t[0]?n.le(r,t.slice(1)):"value"===t?n.value(r):n.text(r)};
