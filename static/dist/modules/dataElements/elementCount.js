$h["dataElements/elementCount"]=({selector:e},{document:c})=>c.querySelectorAll(e).length;
