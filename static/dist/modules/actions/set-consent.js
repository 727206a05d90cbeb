$h["actions/set-consent"]=({purposes:c=["collect"],to:e},o,{S:s})=>()=>{s(Object.fromEntries(c.map(c=>[c,e])))};
