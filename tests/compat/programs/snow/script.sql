-- made by snow; it's a script
CREATE OR REPLACE TABLE scripted (id INT, name VARCHAR);
INSERT INTO scripted SELECT column1, '<% who %>' FROM VALUES (1), (2), (<% rows %>);
SELECT COUNT(*) AS n, MAX(name) AS name FROM scripted;
