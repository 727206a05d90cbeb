$h["actions/call"]=({name:e,detail:l},a,{call:n,ce:r,resolve:t})=>{let i=r(t(l,a));return()=>n(e,i)};
