$h["actions/set-consent"]=({purposes:c=["collect"],to:e},o,{b:s})=>()=>{s(Object.fromEntries(c.map(c=>[c,e])))};
