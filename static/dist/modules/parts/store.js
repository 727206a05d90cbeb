$h["parts/store"]=e=>{e.g["pipes/@store"]=(a,[l,u])=>(e.W.$e.set(l,"value."+u,e.W.fe(a)),a),e.g["dataElements/@stored"]=({scope:a,name:l})=>e.W.$e.get(a,"value."+l)};
