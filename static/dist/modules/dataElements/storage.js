$h["dataElements/storage"]=({key:r,area:t="local"},{root:a})=>(()=>{try{return a[t+"Storage"].getItem(r)}catch{return}})();
